"""What the remarks on questions are called, and what to do about them; the gravest first."""

from flask_babel import lazy_gettext as _l

FLAWS = {
    "overlapping-choices": (
        _l("Phương án trùng hoặc chồng lên nhau"),
        _l("Có thể có hai phương án cùng đúng. Đề nghị viết lại để chỉ một phương án đúng."),
    ),
    "no-citation": (
        _l("Chưa có căn cứ pháp lý"),
        _l("Không có căn cứ thì không bảo vệ được đáp án khi có thắc mắc, và không biết khi nào văn bản thay đổi."),
    ),
    "key-echoes-stem": (
        _l("Chỉ đáp án đúng lặp lại từ của câu hỏi"),
        _l("Người không biết vẫn chọn đúng nhờ từ lặp. Đề nghị đổi từ, hoặc cho phương án sai cùng lặp lại."),
    ),
    "key-longest": (
        _l("Đáp án đúng dài hơn hẳn"),
        _l("Phương án dài thường bị đoán là đúng. Đề nghị rút gọn, hoặc viết các phương án sai dài tương đương."),
    ),
    "key-most-specific": (
        _l("Đáp án đúng cụ thể hơn hẳn"),
        _l("Con số, liệt kê chỉ có ở đáp án đúng làm lộ đáp án. Đề nghị viết các phương án cụ thể như nhau."),
    ),
    "key-politest": (
        _l("Chỉ đáp án đúng dùng từ chuẩn mực"),
        _l("“Hướng dẫn đầy đủ”, “đúng quy định” nghe đã thấy đúng. Đề nghị viết phương án sai cũng hợp lẽ."),
    ),
    "absolute-distractors": (
        _l("Chỉ phương án sai dùng từ tuyệt đối"),
        _l("“Chỉ”, “mọi”, “tuyệt đối” làm lộ phương án sai. Đề nghị bỏ các từ này."),
    ),
    "uneven-lengths": (
        _l("Độ dài các phương án chênh nhiều"),
        _l("Đề nghị viết các phương án dài tương đương nhau."),
    ),
    "refers-to-choices": (
        _l("Phương án dựa vào phương án khác"),
        _l("“Cả A và B”, “tất cả đều đúng” không dùng được khi đảo thứ tự phương án, và dễ đoán."),
    ),
    "mixed-units": (
        _l("Các phương án dùng đơn vị khác nhau"),
        _l("Ngày và giờ lẫn lộn gây nhầm. Đề nghị dùng cùng một đơn vị."),
    ),
    "negative-stem": (
        _l("Câu hỏi phủ định chưa viết hoa từ phủ định"),
        _l("Đọc lướt dễ bỏ sót từ “không”. Đề nghị hỏi khẳng định, hoặc viết hoa KHÔNG, SAI, TRỪ."),
    ),
    "not-a-question": (
        _l("Câu hỏi không kết thúc như một câu hỏi"),
        _l("Đề nghị kết thúc bằng dấu hỏi, dấu hai chấm hoặc dấu ba chấm."),
    ),
    "asks-article": (
        _l("Hỏi số điều, khoản"),
        _l("Người làm việc cần biết nội dung, không cần thuộc số điều. Đề nghị hỏi nội dung quy định."),
    ),
    "asks-count": (
        _l("Hỏi có bao nhiêu mục"),
        _l("Đếm số mục không cho biết có hiểu các mục hay không. Đề nghị hỏi nội dung."),
    ),
    "long-stem": (
        _l("Câu hỏi quá dài"),
        _l("Đề nghị rút gọn, hoặc tách phần kể việc thành tình huống dùng chung."),
    ),
    "no-article": (
        _l("Căn cứ chưa ghi điều, khoản"),
        _l("Ghi rõ điều, khoản thì khi văn bản được sửa đổi mới biết câu nào bị chạm tới."),
    ),
    "no-explanation": (
        _l("Chưa có lời giải thích"),
        _l("Lời giải thích được đọc khi xem lại bài và khi ôn tập."),
    ),
}
RULES = {
    "longest": _l("đoán theo phương án dài nhất"),
    "shortest": _l("đoán theo phương án ngắn nhất"),
    "politest": _l("đoán theo phương án lịch sự nhất"),
    "most_specific": _l("đoán theo phương án cụ thể nhất"),
}
STATES = {
    "all": _l("Mọi câu chưa ngừng sử dụng"),
    "drawable": _l("Câu đang dùng ra đề"),
    "draft": _l("Câu đang soạn, chờ thẩm định"),
}
