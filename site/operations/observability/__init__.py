"""How the site is doing, told to those who look after it: health, figures, log lines, and the doors to them."""
