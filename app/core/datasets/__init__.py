"""What a network learns from: files of others read and judged, kept as one file each, told in numbers."""
