"""What the rows of envelope cases are made of: the case, the kit that builds and signs, and ways to change an envelope.

FAIL blocks under Warn too, by integrity, with its rule. NOTICE changes nothing but is said, and blocks with `strict: true`.
CLEAN has no finding, not even when strict.
"""

import dataclasses
import datetime
from typing import Callable

from support import cms, package, signing_pki
from support.package import entries_of

MALFORMED, INVALID, UNTRUSTED = "malformed-signature", "signature-invalid", "untrusted-root"
FUTURE, MODIFIED, TOO_LARGE = "signed-in-future", "content-modified", "package-too-large"
NOTICES = ("suspicious-content", "unusual-package")
FAIL, NOTICE, CLEAN = "fail", "notice", "clean"
DAY = datetime.timedelta(days=1)


@dataclasses.dataclass
class Case:
    name: str
    what: str
    outcome: str
    rules: tuple
    message: str
    change: Callable
    options: dict


CASES = []


def add(name, what, outcome, rules, message, change=None, **options):
    """`change(kit, made)` changes the Envelope, or returns another or the entry's bytes. `options` may name the PKI to sign
    with ("pki": kit → SigningPki), and are otherwise those of cms.envelope()."""
    rules = rules if isinstance(rules, tuple) else (rules,)
    CASES.append(Case(name, what, outcome, rules, message, change or (lambda kit, made: None), options))


class Kit:
    """The PKIs of the cases, each made when it is first wanted."""

    def __init__(self, folder, pki, signed_at):
        self.folder, self.pki, self.signed_at = folder, pki, signed_at
        self.made = {}
        self.entries = entries_of({"index.js": "exports.handler = 1\n", "META_INF/": ""})
        self.content = package.canonical_digest(self.entries)

    def once(self, name, make):
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    def leaf(self, name, **options):
        """The usual CAs with another leaf."""
        return self.once(name, lambda: self.pki.with_leaf(**options))

    def other(self):
        """A whole PKI that nobody trusts."""
        return self.once("other", lambda: signing_pki.make(self.folder, self.signed_at, "Other"))

    def old(self):
        """A trusted PKI whose leaf expired long ago."""
        return self.once("old", lambda: signing_pki.make(self.folder, self.signed_at - 700 * DAY, "Old"))

    def package(self, case):
        options = dict(case.options)
        pki = options.pop("pki", lambda kit: kit.pki)(self)
        entries = options.pop("entries", lambda kit: self.entries)(self)
        options.setdefault("signed_at", self.signed_at)
        made = {key: value(self) if callable(value) else value for key, value in options.items()}
        return package.build(package.sign(entries, pki, change=lambda envelope: case.change(self, envelope), **made))


def signer_change(**fields):
    """Sets fields of the only SignerInfo."""
    def change(kit, made):
        for key, value in fields.items():
            setattr(made.signers[0], key, value)
    return change


def envelope_change(**fields):
    def change(kit, made):
        for key, value in fields.items():
            setattr(made, key, value)
    return change


def replaced(kind, *attributes):
    """The attribute of this kind makes room for these; callables get the kit."""
    def change(kit, made):
        made.signers[0].replace(kind, *(item(kit) if callable(item) else item for item in attributes))
    return change


def added(*attributes):
    return lambda kit, made: made.signers[0].attributes.extend(attributes)


def armoured(**options):
    return lambda kit, made: cms.armour(made.encode(), **options)


def digest_of(kit):
    return cms.message_digest(kit.content)
