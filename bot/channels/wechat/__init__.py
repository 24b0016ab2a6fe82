"""WeChat and WeCom: parsing, rendering and passive replies."""
