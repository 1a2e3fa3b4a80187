from knowledge.models.articles import ArticlePage
from knowledge.models.guides import GuidePage
from knowledge.models.pages import HomePage, KnowledgePage, PlainPage, SectionPage, TaggedPage, Work
from knowledge.models.story import STAGES, Stage, Story
from knowledge.models.taxonomy import Area, Place, Tag, Technology, Theme
from knowledge.models.use_cases import UseCasePage

__all__ = [
    "STAGES",
    "Area",
    "ArticlePage",
    "GuidePage",
    "HomePage",
    "KnowledgePage",
    "Place",
    "PlainPage",
    "SectionPage",
    "Stage",
    "Story",
    "Tag",
    "TaggedPage",
    "Technology",
    "Theme",
    "UseCasePage",
    "Work",
]
