"""Taking questions out of a bank: files for other systems, papers for a venue without network."""
