"""What everybody may read: public releases and the city's public account."""
