"""The committee's desk for the bank: pages only, the verbs stand in the rooms."""
