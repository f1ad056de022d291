"""Live leaderboards (bảng xếp hạng) in Redis: a projection of standings, never their source."""
