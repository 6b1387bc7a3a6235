"""What the product costs: time, memory and their growth, measured by `make bench`."""
