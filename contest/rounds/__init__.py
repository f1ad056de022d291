"""Contests (cuộc thi) and rounds (vòng thi, tuần thi): rules, lifecycle, the pure ranking rule."""
