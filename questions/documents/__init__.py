"""Word documents of the question bank: printable papers and review minutes. Pure: plain data in, bytes out."""
