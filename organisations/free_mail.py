"""Where anybody gets an address: such a domain proves nothing of whoever writes from it."""

FREE = frozenset(
    """
    gmail.com googlemail.com orange.fr wanadoo.fr voila.fr free.fr aliceadsl.fr sfr.fr neuf.fr cegetel.net
    club-internet.fr
    numericable.fr noos.fr laposte.net hotmail.fr hotmail.com live.fr live.com msn.com outlook.fr outlook.com
    yahoo.fr yahoo.com ymail.com rocketmail.com icloud.com me.com mac.com bbox.fr tele2.fr proton.me
    protonmail.com pm.me
    gmx.fr gmx.com gmx.net mail.com aol.com aol.fr caramail.com caramail.fr tutanota.com tuta.io zoho.com
    fastmail.com hey.com duck.com mailo.com net-c.com netcourrier.com ik.me infomaniak.com riseup.net
    disroot.org posteo.net mailbox.org yandex.com yandex.ru mail.ru qq.com 163.com hushmail.com skynet.be telenet.be
    bluewin.ch web.de freenet.de t-online.de libero.it mailinator.com yopmail.com yopmail.fr jetable.org jetable.com
    guerrillamail.com temp-mail.org 10minutemail.com trashmail.com trashmail.fr mailnesia.com maildrop.cc getnada.com
    sharklasers.com throwawaymail.com mozmail.com anonaddy.me simplelogin.com passmail.net
    """.split()  # noqa: SIM905
)


def is_free(domain: str) -> bool:
    """Whether anybody may have an address at this domain, or below it."""
    domain = domain.strip().lower().rstrip(".")
    return domain in FREE or any(domain.endswith(f".{free}") for free in FREE)
