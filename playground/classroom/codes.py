"""Codes to join by: four letters that can be said aloud across a room, and words by which a class is taken over."""

from __future__ import annotations

import secrets
from collections.abc import Container

from ..errors import InputError

CODES = tuple(
    """
    acre apex arch area atom aunt axis baby band bark barn base bath beak bean bear bell belt bird blue boat bolt bone book boot bowl
    bulb bush cafe cage cake calf cape card cart cave chef chin city clay clip club coal coat code coin cone cook cord cork corn crab crew
    crow cube desk dice disc dish dome door dove drum duck dune dust echo edge envy epic exam face fair farm fern film fire fish flag
    flea flow foam foil fork form fort frog fuel game gate gift glow glue goal goat gold golf gong gown grid gulf hall hand harp hawk heel
    herb hero hike hill hive home hood hook horn hour huge icon idea inch iris iron isle jade jazz jeep joke july jump june jury kelp kilo
    kind king kite knee knot lace lake lamb lamp lane lava lawn leaf lens life lime line lion list loaf lock loft logo loop luck lung maid
    mail maze meal menu mile milk mill mind mint mole moon moss moth myth nail navy nest noon nose note oath oats omen opal open oval oven
    palm park path pawn peak pear pier pile pine pink plan plot plum poem poet pond pony pool post puma race raft rail rain ramp reef rice
    ring road robe rock roof room root rope rose ruby rule sage sail salt sand seal seed shoe silk sign sink snow soap sofa song soup star
    step swan tail tale team tent tide tile time toad tool tour town trap tree tuba tuna tune twig unit vase veil verb view vine visa
    void vote wall wand wave wind wing wolf wood wool word work yard yarn yoga zebu zero zinc zone
    """.upper().split()
)


def free(taken: Container[str]) -> str:
    """A code that no class has. Raises InputError where all are taken."""
    left = [code for code in CODES if code not in taken]
    if not left:
        raise InputError(f"All {len(CODES)} codes are taken by classes; end one, or try again when one has ended.")
    return secrets.choice(left)


def takeover() -> str:
    """Three words that are shown to the teacher alone."""
    return "-".join(secrets.choice(CODES).lower() for _ in range(3))
