"""What can go wrong in the knowledge base.

KnowledgeError
├── ArticleError          one article cannot be used; says file, line and what to do
│   └── VersionConflict   a published version was changed without a new number
├── SourcesError          studies.yml, sources.yml, synonyms.yml or a file of wordings cannot be used
├── PromisesError         promises.yml cannot be used
├── PhrasesError          phrases.yml or questions.yml cannot be used
├── QuestionsError        a file of questions to measure with cannot be used; says file and line
├── EncoderError          the embedding model is missing, altered or cannot be loaded
└── GenerationError       an index generation is missing or damaged
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from cordial.data_files import DataFileError


class KnowledgeError(Exception):
    """Base of all; the message is written for an editor or for the person who runs the service."""


class ArticleError(KnowledgeError):
    """An article cannot be used as it is."""

    def __init__(self, file: Path, line: int, problem: str) -> None:
        """Name the place and the problem.

        Args:
            file: the article's file.
            line: line in that file, counted from 1.
            problem: one sentence: what is wrong and what to do.
        """
        super().__init__(f"{file.name}:{line}: {problem}")
        self.file = file
        self.line = line
        self.problem = problem
        self.others: Sequence[ArticleError] = ()  # found at the same time

    def with_others(self, others: Sequence[ArticleError]) -> Self:
        """The same error, which also knows what else is wrong."""
        self.others = others
        return self


class VersionConflict(ArticleError):
    """The text of a version that patients may have been shown was changed in place."""


class SourcesError(KnowledgeError, DataFileError):
    """A list beside the articles cannot be used: studies, other sources, synonyms, wordings."""


class PromisesError(KnowledgeError, DataFileError):
    """The list of what no article may promise cannot be used."""


class QuestionsError(KnowledgeError):
    """A file of questions to measure with cannot be used."""


class PhrasesError(KnowledgeError, DataFileError):
    """The sentences around quotes, or the words by which questions are told apart, cannot be used."""


class EncoderError(KnowledgeError):
    """There is no usable embedding model."""


class GenerationError(KnowledgeError):
    """There is no usable index generation."""
