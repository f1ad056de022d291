"""Results: rank, freeze as a numbered immutable sheet (chốt kết quả), publish (công bố)."""
