"""How fast a bundle is checked."""
