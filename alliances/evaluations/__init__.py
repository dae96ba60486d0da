"""How the parties judge their partnership: sealed answers, gaps side by side; the axes an alliance proves."""
