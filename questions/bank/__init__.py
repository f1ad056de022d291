"""Banks, topics, questions and their versions."""
