"""The classification room: trained networks, and what they make of a picture."""
