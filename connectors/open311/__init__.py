"""Open311 GeoReport v2, both ways: reports that others bring us, and street faults that we hand on."""
