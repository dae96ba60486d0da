"""How an alliance is steered: meetings, decisions by its rule, the tasks that follow, and who does what."""
