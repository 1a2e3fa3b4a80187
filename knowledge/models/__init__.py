from knowledge.models.articles import ArticlePage
from knowledge.models.codes import Code
from knowledge.models.facts import Facts
from knowledge.models.files import File
from knowledge.models.guides import GuidePage
from knowledge.models.operator_info import OperatorInfo
from knowledge.models.pages import (
    TERMS_CODES,
    HomePage,
    KnowledgePage,
    PlainCode,
    PlainPage,
    PolicyText,
    SectionPage,
    TaggedPage,
    Work,
)
from knowledge.models.rendered import RenderedText, ShowsMarkdown
from knowledge.models.reviews import ANSWER_LENGTH, ReviewAnswer
from knowledge.models.story import STAGES, Stage, Story
from knowledge.models.taxonomy import Area, Capability, Place, Tag, Technology, Theme
from knowledge.models.use_cases import UseCasePage

__all__ = [
    "ANSWER_LENGTH",
    "STAGES",
    "TERMS_CODES",
    "Area",
    "ArticlePage",
    "Capability",
    "Code",
    "Facts",
    "File",
    "GuidePage",
    "HomePage",
    "KnowledgePage",
    "OperatorInfo",
    "Place",
    "PlainCode",
    "PlainPage",
    "PolicyText",
    "RenderedText",
    "ReviewAnswer",
    "SectionPage",
    "ShowsMarkdown",
    "Stage",
    "Story",
    "Tag",
    "TaggedPage",
    "Technology",
    "Theme",
    "UseCasePage",
    "Work",
]
