"""One sentence for each word of the field that stands on the page. The page opens them (key ?), docs/glossary.md lists them."""

from __future__ import annotations

from typing import NamedTuple


class Term(NamedTuple):
    """`also`: how the page writes it elsewhere; `source`: where the word was coined."""

    name: str
    meaning: str
    also: tuple[str, ...] = ()
    source: str = ""


GROUPS: dict[str, tuple[Term, ...]] = {
    "The three parts": (
        Term("encoder", "The part that reads the input and turns it into states: one vector for each token, region or moment."),
        Term(
            "code",
            "What crosses over from encoder to decoder: one vector, or one for each input token that can be looked back at.",
            ("latent",),
        ),
        Term("decoder", "The part that writes the output from the code, one token after the other, or all pixels at once."),
        Term(
            "state",
            "The vector that a layer holds at one position or step; of a recurrent one, all that it remembers.",
            ("states", "hidden state"),
        ),
        Term(
            "context",
            "The vector that the decoder reads at one step: the encoder’s states, each times its weight, added up.",
            ("context vector",),
        ),
        Term(
            "final state",
            "The encoder’s state after the last token; in models without attention the whole input must fit into it.",
            source="Sutskever et al., 2014",
        ),
    ),
    "Reading and writing": (
        Term("token", "What a model reads or writes as one piece: here a digit, a letter or a word.", ("tokens",)),
        Term("end", "The token with which a model says that its answer is complete.", ("end token", "<eos>")),
        Term(
            "summary token", "A token put before the input whose last state stands for the whole of it.", ("[CLS]",), "Devlin et al., 2019"
        ),
        Term("mask", "A token that hides a word, so that a model can be asked for it.", ("[MASK]",), "Devlin et al., 2019"),
        Term("vocabulary", "All tokens that a model knows; every step chooses one of them."),
        Term("embedding", "The learned vector of a token: the first thing that a model looks up.", ("embeddings",)),
        Term(
            "positions",
            "Vectors that tell a Transformer where a token stands, since attention alone sees no order.",
            ("position",),
            "Vaswani et al., 2017",
        ),
        Term(
            "ALiBi",
            "Positions as distances: each head marks a score down by so much for every token that lies between.",
            ("slopes", "lean"),
            "Press et al., 2022",
        ),
        Term("step", "One token being written. Training has updates instead.", ("steps",)),
        Term("greedy", "At every step the likeliest token is taken."),
        Term("sample", "At every step a token is drawn by its probability.", ("sampling", "draw")),
        Term("temperature", "Divides the logits before a draw: below 1 the likely gets likelier, above 1 all come closer together."),
        Term("top-k", "Only the k likeliest tokens may be drawn.", (), "Fan et al., 2018"),
        Term("top-p", "Only the fewest tokens that together have probability p may be drawn.", ("nucleus",), "Holtzman et al., 2020"),
        Term(
            "beam",
            "Several unfinished answers are kept at a time, those likeliest as a whole; each step extends all of them.",
            ("beam search",),
        ),
        Term(
            "length penalty",
            "Divides the score of an answer by a power of its length, since every further token lowers a probability.",
            (),
            "Wu et al., 2016",
        ),
        Term("forced", "Written by the visitor in place of the model, which goes on from there.", ("force",)),
        Term(
            "teacher forcing",
            "The decoder is given the right tokens so far, in place of its own; so it is trained.",
            (),
            "Williams & Zipser, 1989",
        ),
        Term("free running", "The decoder reads what it wrote itself; so it is used."),
    ),
    "Numbers of a step": (
        Term("logit", "A token’s score before softmax: any number, the higher the likelier.", ("logits",)),
        Term("softmax", "Turns scores into probabilities: e to the power of each, divided by the sum of all."),
        Term(
            "log-probability",
            "The logarithm of a probability: 0 is certain; those of the tokens of an answer add up.",
            ("log-probabilities",),
        ),
        Term("nats", "The unit of natural logarithms: a loss of 0.69 nats per token is one even choice between two.", ("nat",)),
        Term(
            "entropy",
            "How spread out probabilities or weights are: 0 if one has all, the logarithm of their number if all are even.",
            ("spread over",),
        ),
    ),
    "Attention": (
        Term(
            "attention",
            "A mix of states by weights that depend on what asks: where a model looks.",
            ("additive attention",),
            "Bahdanau et al., 2015",
        ),
        Term(
            "score",
            "How well what asks and a state fit, before softmax.",
            ("scores", "additive score", "dot score", "scaled dot score"),
            "Luong et al., 2015",
        ),
        Term("weight", "The share of a state in the mix; those of one step add up to 1.", ("weights",)),
        Term(
            "query, key, value",
            "Three views of a state: what it asks for, what it is found by, what it hands over.",
            ("query", "key", "keys", "value", "values"),
            "Vaswani et al., 2017",
        ),
        Term("head", "One of several attentions that a layer runs side by side, each with weights of its own.", ("heads",)),
        Term(
            "induction",
            "A head looks at what followed the same token where it was read before.",
            ("induction head",),
            "Olsson et al., 2022",
        ),
        Term("self-attention", "Every position looks at the positions of its own sequence.", ("self-attn",), "Vaswani et al., 2017"),
        Term("cross-attention", "The decoder’s positions look at the encoder’s states.", ("cross-attn",), "Vaswani et al., 2017"),
        Term("pooling", "A whole text becomes one vector: a mix of its states by learned weights."),
        Term(
            "rollout",
            "Attention weights of all layers multiplied, so that one sees which input a last state could come from.",
            (),
            "Abnar & Zuidema, 2020",
        ),
    ),
    "Layers": (
        Term("layer", "A group of blocks that turns a vector at each position into a new one; layers are stacked."),
        Term("RNN", "A recurrent network: one state that is computed anew at each token from the last one.", ("recurrent",), "Elman, 1990"),
        Term(
            "LSTM", "A recurrent cell with gates that decide what to forget, to take in and to show.", (), "Hochreiter & Schmidhuber, 1997"
        ),
        Term("GRU", "A recurrent cell with two gates and no separate memory.", (), "Cho et al., 2014"),
        Term(
            "gate", "A number from 0 to 1 for each unit that lets a share through.", ("gates", "forget gate", "input gate", "output gate")
        ),
        Term("cell", "The LSTM’s memory beside its state: what the forget gate keeps plus what the input gate lets in."),
        Term(
            "bidirectional",
            "Read forwards and backwards; each direction has half of the units.",
            ("both ways",),
            "Schuster & Paliwal, 1997",
        ),
        Term(
            "feed-forward",
            "Two linear layers with an activation between, at every position alike.",
            ("feed-fwd", "linear 1", "linear 2", "linear"),
        ),
        Term("activation", "A function that bends what is otherwise linear: tanh, ReLU, GELU.", ("ReLU", "GELU", "tanh")),
        Term(
            "norm",
            "A vector is shifted and scaled to mean 0 and deviation 1, then stretched by learned numbers.",
            ("layer norm",),
            "Ba et al., 2016",
        ),
        Term(
            "residual",
            "What a layer computes is added to what came in; on the picture +n is the length of what it added.",
            ("sum", "+n", "‖x‖"),
            "He et al., 2016",
        ),
        Term("dropout", "While training, random units are silenced; here it does nothing.", (), "Srivastava et al., 2014"),
        Term("combine", "State and context are joined into what the output layer reads.", (), "Luong et al., 2015"),
        Term("output layer", "Turns the decoder’s vector into one logit per token.", ("output", "head layer")),
        Term(
            "convolution",
            "The same small filter at every place of a picture or a sound.",
            ("conv1", "conv2", "conv3", "maps1", "maps2", "maps"),
            "LeCun et al., 1989",
        ),
        Term("regions", "The squares of a picture that a convolutional encoder gives one state each."),
        Term("front", "The first layers of the recognizer: they turn frames of sound into states."),
        Term("look-up", "A counting model finds what followed the last words in training.", ("n-gram",)),
        Term("start", "Makes the state that a decoder begins with from what the encoder hands over."),
        Term("unit", "One number of a state.", ("units", "hidden")),
    ),
    "Autoencoders": (
        Term("reconstruction", "What the decoder makes of the code: the input, as far as the code remembers it."),
        Term(
            "error per pixel",
            "The mean of squared differences between an input and its reconstruction.",
            ("squared error", "error per feature"),
        ),
        Term(
            "mean",
            "Of a variational encoder: the middle of the cloud of codes that an input is given.",
            ("μ",),
            "Kingma & Welling, 2014",
        ),
        Term(
            "log-variance",
            "Of a variational encoder: the logarithm of how widely it spreads an input around its mean.",
            ("log_variance",),
            "Kingma & Welling, 2014",
        ),
        Term(
            "KL",
            "How far an input’s cloud of codes is from the plain bell curve; its price keeps the map without holes.",
            ("KL term",),
            "Kingma & Welling, 2014",
        ),
        Term("β", "What one nat of KL costs: the higher, the tidier the map and the poorer the picture.", (), "Higgins et al., 2017"),
        Term(
            "posterior collapse",
            "A code that costs nothing and says nothing: the decoder has learned to do without it.",
            ("collapse",),
            "Bowman et al., 2016",
        ),
        Term(
            "annealing", "Letting β rise from 0 while a model trains, so that the code is used before it costs.", (), "Bowman et al., 2016"
        ),
        Term("word dropout", "Hiding some of the words that a decoder reads while it trains.", ("dropped",), "Bowman et al., 2016"),
        Term("condition", "What a conditional model is told beside the picture: here which digit it is.", (), "Sohn et al., 2015"),
        Term("manifold", "What the decoder draws all over the map of codes."),
        Term("feature", "One thing that may be there in an input: a number from 0 to 1.", ("features",), "Elhage et al., 2022"),
        Term("direction", "The arrow along which a feature pulls the code and is read off.", ("arrow",), "Elhage et al., 2022"),
        Term("readings", "What the code says of every feature, before the ReLU cuts off what is below 0.", (), "Elhage et al., 2022"),
        Term("parts", "What each feature adds to the code: its value times its direction.", (), "Elhage et al., 2022"),
        Term("density", "How probably a feature is there: the lower, the sparser are the inputs.", ("sparse",), "Elhage et al., 2022"),
        Term(
            "superposition",
            "More features are kept than the code has numbers: their directions are not at right angles and disturb each other a little.",
            (),
            "Elhage et al., 2022",
        ),
    ),
    "Training": (
        Term("update", "One change of all weights after one batch; a training has so many.", ("updates",)),
        Term("batch", "The examples that one update learns from."),
        Term("loss", "What training makes smaller: for tokens, how surprised the model is at the right one."),
        Term("learning rate", "How far an update moves the weights."),
        Term("exact match", "The share of answers that are right as a whole.", ("accuracy",)),
        Term("held out", "Inputs that training never learned from.", ("held-out",)),
        Term("baseline", "What the best simple rule scores, and guessing evenly loses.", ("guessing evenly",)),
        Term("parameters", "The numbers that training sets."),
        Term("weights of an update", "The model as it was at that moment of its training.", ("first weights", "initial weights")),
        Term("film", "The same input through the weights of several moments of a training."),
        Term("snapshot", "Weights that are kept from a moment of a training.", ("snapshots",)),
        Term("seed", "The number from which all chance of a training comes: the same seed, the same run."),
        Term("FLOP", "One multiplication or addition; MFLOP a million, GFLOP a thousand million.", ("MFLOP", "GFLOP")),
    ),
    "Pictures of states": (
        Term(
            "PC",
            "A principal component: the direction in which the states differ most, then the next.",
            ("PC 1", "PC 2", "PCA"),
            "Pearson, 1901",
        ),
        Term("variance", "What share of all differences between states an axis shows."),
        Term("trajectory", "The states of one input in their order, seen along two principal components."),
        Term(
            "logit lens",
            "The output layer applied to a state in the middle of a model: what it would write already there.",
            (),
            "nostalgebraist, 2020",
        ),
        Term("cosine", "How much two vectors point the same way: 1 the same, 0 at right angles.", ("nearest",)),
    ),
    "The lab": (
        Term("act", "What is done to a model while it computes: a value held, switched off or scaled at one place.", ("acts",)),
        Term("ablation", "Switching a part off to see what it was needed for.", ("off",)),
        Term("clamp", "To hold one number of a model at a value, whatever it would have been.", ("clamped",)),
        Term("control", "The same act elsewhere: what it costs anywhere, so that the place can be told from the blow."),
        Term(
            "patching",
            "Putting what passed at one place of a run into another run: what it brings back was carried there.",
            ("patched", "clean", "corrupted"),
            "Vig et al., 2020; Meng et al., 2022",
        ),
        Term("95 %", "An interval that leaves the true value in 95 of 100 such measurements.", ("interval", "whisker")),
        Term("by heart", "Known from training rather than worked out: seen inputs are answered better than new ones.", ("seen", "new")),
    ),
}


def terms() -> list[Term]:
    """All of them, group after group."""
    return [term for group in GROUPS.values() for term in group]


def lookup(word: str) -> Term | None:
    """The term that a word of the page stands for."""
    return next((term for term in terms() if word in (term.name, *term.also)), None)
