// What the islands of one page share. A signal has one writer, named beside it; what is asked of that writer is a
// command.
import { Command, Signal } from './signal.js';

/** @import { Attending } from './classroom.d.ts' */
/** @import { KeptRun, Measured, Run } from './run.d.ts' */
/** @import { Choice, Prediction, Sampling, Scene, Walked } from './scene.d.ts' */
/** @import { Pictured, Trial } from './trial.d.ts' */
/** @import { Act, ActOffer, Offer, Preset } from './types.d.ts' */

/** What is on the stage. Written by stage/step_player. @type {Signal<Scene>} */
export const scene = new Signal();
/** The step of it that is shown. Written by stage/step_player. @type {Signal<number>} */
export const step = new Signal();
/**
 * The head that is chosen for all panels; null where nothing attends. Written by stage/step_player.
 * @type {Signal<Choice | null>}
 */
export const head = new Signal();
/** Path of the block that is open under the player. Written by stage/step_player. @type {Signal<string | null>} */
export const block = new Signal();
/** The second of the sound that is being heard. Written by stage/sound_tools. @type {Signal<number | null>} */
export const second = new Signal();
/** How the next token is drawn. Written by inside/next_token_panel. @type {Signal<Sampling>} */
export const sampling = new Signal();
/**
 * What a visitor is asked to foresee, and has guessed; null where nothing is asked. Written by stage/playing/predict.
 * @type {Signal<Prediction | null>}
 */
export const prediction = new Signal();
/** The walk over the latent map, by its way. Written by latent/latent_walk. @type {Signal<Walked>} */
export const walked = new Signal();
/** The tab that is open. Written by shell/tabs. @type {Signal<string>} */
export const tab = new Signal();
/** The part of the lab that is open. Written by lab/parts. @type {Signal<string>} */
export const part = new Signal();
/** The use of an autoencoder that is open. Written by latent/uses/panel. @type {Signal<string>} */
export const use = new Signal();
/** Written by shell/top_bar. @type {Signal<boolean>} */
export const dark = new Signal();
/** Whether the page is projected. Written by shell/top_bar. @type {Signal<boolean>} */
export const present = new Signal();
/** An answer is under way that will change the input. Written by rail/choices. @type {Signal<boolean>} */
export const unsettled = new Signal();
/** Train was pressed, and its run has not come yet. Written by rail/train_button. @type {Signal<boolean>} */
export const starting = new Signal();
/** Which tasks there are, and which is chosen. Written by rail/choices. @type {Signal<Offer>} */
export const offer = new Signal();
/** Whether the gallery of tasks is open. Written by rail/gallery. @type {Signal<boolean>} */
export const gallery = new Signal();
/** The run that is followed. Written by training/train_monitor. @type {Signal<Run>} */
export const run = new Signal();
/** What trains side by side with it; null where nothing does. Written by training/rival. @type {Signal<Run | null>} */
export const rival = new Signal();
/**
 * The chosen frame of its film; null is the newest. Written by training/train_monitor.
 * @type {Signal<number | null>}
 */
export const frame = new Signal();
/**
 * What the server measured at the frames of a shipped run, by update. Written by training/film/film.
 * @type {Signal<Map<number, Measured>>}
 */
export const measured = new Signal();
/** Runs whose curves are drawn beside it. Written by training/my_runs. @type {Signal<KeptRun[]>} */
export const beside = new Signal();
/** What can be done to the model on the stage. Written by lab/acts/panel. @type {Signal<ActOffer[]>} */
export const acts = new Signal();
/**
 * The other side of the open paper, to be drawn beside the one on the stage; null where there is none.
 * Written by compare/compare_panel.
 * @type {Signal<Pictured | null>}
 */
export const side = new Signal();
/** The paper that is open; null where none is. Written by papers/card_panel. @type {Signal<Trial | null>} */
export const trial = new Signal();

/** Whether lessons stand in the rail's place. Written by lessons/lessons. @type {Signal<boolean>} */
export const lessons = new Signal();

/** The class one is in; null where one is in none. Written by classroom/attending. @type {Signal<Attending | null>} */
export const classroom = new Signal();
/** Where the page stands: the query of its address. Written by stage/link. @type {Signal<string>} */
export const place = new Signal();

/** Go to a step, and stop playing. @type {Command<number>} */
export const goto = new Command();
/** @type {Command<Choice>} */
export const chooseHead = new Command();
/** Open a block, or close the open one. @type {Command<string | null>} */
export const openBlock = new Command();
/** Project the page, or stop that. @type {Command<boolean>} */
export const project = new Command();
/** @type {Command<string>} */
export const openTab = new Command();
/** Press Train, wherever one is. @type {Command<boolean>} */
export const train = new Command();
/**
 * Open the gallery of tasks at a group, at '' where the chosen task is; null closes it.
 * @type {Command<string | null>}
 */
export const openGallery = new Command();
/** Open the gallery of papers, or close it. @type {Command<boolean>} */
export const openPapers = new Command();
/** Open a paper. @type {Command<string>} */
export const openPaper = new Command();
/** Put an arm onto the stage with a row's acts, or without them. @type {Command<{row: number, on: boolean}>} */
export const tryByHand = new Command();
/** @type {Command<number | null>} */
export const chooseFrame = new Command();
/** Open a part of the lab. @type {Command<string>} */
export const openPart = new Command();
/**
 * Open a unit of a recurrent layer, and the states that it is one of.
 * @type {Command<{path: string, number: number | null}>}
 */
export const openUnit = new Command();
/** Open the code at one of its parts. @type {Command<string>} */
export const openCode = new Command();
/** Act on the model, and open the lab. @type {Command<Act>} */
export const act = new Command();
/** Open the lab, its form filled with an act. @type {Command<Preset>} */
export const actOn = new Command();
/** Open the pad on which a digit is drawn. @type {Command<boolean>} */
export const draw = new Command();
/** @type {Command<string>} */
export const chooseTask = new Command();
/** Open the list of lessons, or close what is open of them. @type {Command<boolean>} */
export const openLessons = new Command();
/** Hide what comes from a step on, which a lesson asks about; null shows it. @type {Command<number | null>} */
export const cover = new Command();
/** Open a class or join one, or go back to where that was asked. @type {Command<boolean>} */
export const openClasses = new Command();
/**
 * Put one's own run of what a class tries together onto the stage, by the row it is measured for.
 * @type {Command<number>}
 */
export const openOwnRun = new Command();
/** Go where the class is, once; who explores alone stays alone. @type {Command<boolean>} */
export const goToClass = new Command();
