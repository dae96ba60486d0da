"""What pages and the archive read of the thread."""

from typing import Any

from .models import Post
from .policies import is_author

WITHDRAWN = "(message retiré par son auteur)"
ERASED = "(message effacé avec le compte de son auteur)"
HIDDEN = "(message masqué par la brigade)"


def words_for(post: Post, reader: Any) -> str:
    """The words, or what stands in their place for this reader."""
    if post.is_gone:
        return WITHDRAWN if post.author_id else ERASED
    if post.is_hidden and not is_author(reader, post):
        return HIDDEN
    return post.body
