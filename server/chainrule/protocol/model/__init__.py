"""What messages are made of: cursor, steps, the graph, tensors, branches."""

from chainrule.protocol.model.breakpoint import (
    Because,
    Breakpoint,
    Condition,
    DeadCondition,
    GradCondition,
    MetricCondition,
    NonFiniteCondition,
    Relation,
    RisingCondition,
    RunName,
    StalledCondition,
    StepCondition,
    Threshold,
)
from chainrule.protocol.model.explanation import Explained, Factor, Own, Source, Term
from chainrule.protocol.model.graph import (
    DetectorGrid,
    Graph,
    GraphEdge,
    GraphNode,
    GraphText,
    Layer,
    ListingLine,
    MapArea,
    Run,
    RunLayer,
)
from chainrule.protocol.model.lesson import Beat, BeatAnchor, ConfigField, LessonBrief, LessonInfo, Preset
from chainrule.protocol.model.part import (
    Cursor,
    Dtype,
    Form,
    JournalEntry,
    Param,
    Part,
    Phase,
    Place,
    Step,
    StepKind,
    Text,
    Unit,
    What,
)
from chainrule.protocol.model.state import (
    Branch,
    Evaluation,
    LayerColumns,
    LayerHealth,
    LayerSizes,
    NodeState,
    RunNumber,
    RunState,
    Scores,
    UpdateDetail,
    Verdict,
)
from chainrule.protocol.model.tensor import (
    FrameDtype,
    FrameTensor,
    FrameWhat,
    PictureOf,
    Places,
    Summary,
    Tensor,
)
from chainrule.protocol.model.unfolded import CellRole, UnfoldedCell, UnfoldedPart

__all__ = [
    "Beat", "BeatAnchor", "Because", "Branch", "Breakpoint", "CellRole", "Condition", "ConfigField", "Cursor",
    "DeadCondition", "DetectorGrid", "Dtype", "Evaluation", "Explained", "Factor", "Form", "FrameDtype",
    "FrameTensor", "FrameWhat", "GradCondition", "Graph", "GraphEdge", "GraphNode", "GraphText", "JournalEntry",
    "Layer", "LayerColumns", "LayerHealth", "LayerSizes", "LessonBrief", "LessonInfo", "ListingLine", "MapArea",
    "MetricCondition", "NodeState", "NonFiniteCondition", "Own", "Param", "Part", "Phase", "PictureOf", "Place",
    "Places", "Preset", "Relation", "RisingCondition", "Run", "RunLayer", "RunName", "RunNumber", "RunState",
    "Scores", "Source", "StalledCondition", "Step", "StepCondition", "StepKind", "Summary", "Tensor", "Term",
    "Text", "Threshold", "UnfoldedCell", "UnfoldedPart", "Unit", "UpdateDetail", "Verdict", "What",
]  # fmt: skip
