// What the islands of one page share. A signal has one writer, named beside it; what is asked of that writer is a
// command.
import { Command, Signal } from './signal.js';

/** @import { KeptRun, Measured, Run } from './run.d.ts' */
/** @import { Choice, Prediction, Sampling, Scene } from './scene.d.ts' */
/** @import { Act, Offer } from './types.d.ts' */

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
/** The tab that is open. Written by shell/tabs. @type {Signal<string>} */
export const tab = new Signal();
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
/** @type {Command<number | null>} */
export const chooseFrame = new Command();
/** Open the code at one of its parts. @type {Command<string>} */
export const openCode = new Command();
/** Act on the model, and open the lab. @type {Command<Act>} */
export const act = new Command();
/** @type {Command<string>} */
export const chooseTask = new Command();
