"""The charter and the agreements of an alliance: versions, comments, adoptions, obligations, verified documents."""
