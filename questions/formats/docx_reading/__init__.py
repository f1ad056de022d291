"""Reading Word files as people write them: from the zip archive to lines, from lines to questions."""
