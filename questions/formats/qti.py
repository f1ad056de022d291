"""QTI packages (1EdTech Question and Test Interoperability): 2.1, 2.2 and 3.0 in, 3.0 out. Pure.

A package is a zip with ``imsmanifest.xml`` (IMS Content Packaging 1.2); each question is an
``assessmentItem`` file with one ``choiceInteraction``, each situation an ``assessmentStimulus``
file (QTI 3.0 Assessment, Section and Item information model, sections 2.1 and 2.9). A single
item file is read too. 3.0 names elements ``qti-choice-interaction`` where 2.x says
``choiceInteraction``; the reader knows both by the second.

What an item file has no place for stands in its resource's metadata, an IEEE LOM record:

    general/keyword                        tags
    educational/difficulty/value           1 easy, 2 medium, 3 difficult
    classification (purpose discipline)    topic, as the last taxon's entry
    {urn:tthc-questions:1}question         @code @kind @source @situation, citation[@document @article]
    {urn:tthc-questions:1}situation        @code @title, media[@href @name @type @alt] (of a stimulus)

The LOM binding lets elements of other namespaces in. Without ours, the code is the item's
identifier, the kind follows from the cardinality, and media are found in the stimulus.
"""

from questions.formats.qti_package import read
from questions.formats.qti_writing import write
from questions.items import Item, Situation

__all__ = ["losses", "read", "write"]


def losses(item: Item, situation: Situation | None = None) -> list[str]:
    """Nothing is lost."""
    return []
