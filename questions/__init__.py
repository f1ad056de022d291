"""The question bank (ngân hàng câu hỏi). It does not know that contests exist."""
