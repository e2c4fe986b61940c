// What lessons are made of. Types only.
import type { Rich } from '../core/types.d.ts';

/** A lesson in the list. */
export interface Listed {
  id: string;
  title: string;
  minutes: number;
  of: number;
  languages: string[];
}

/** A scale of numbers, and how far from the model's own a guess may lie. */
export interface Scale {
  low: number;
  high: number;
  step: number;
  near: number;
  unit: string;
}

/** A question with its answer, as the server asked the model. */
export interface Asked {
  id: string;
  question: number;
  language: string;
  languages: string[];
  lesson: string;
  title: Rich;
  text: Rich;
  reveal: Rich;
  why: Rich;
  kind: 'choice' | 'state' | 'token' | 'scale';
  options: Rich[];
  right: number;
  scale: Scale | null;
  hides: boolean;
  step: number;
  tab: string;
  key: string;
}

export interface Sent {
  lessons: Listed[];
  asked: Asked | null;
  error: string;
}

/** An answer that stays in this browser. `guess` is null where somebody had it shown without guessing. */
export interface Answer {
  guess: number | null;
  /** What was guessed and what is right, in words. */
  said: string;
  truth: string;
  hit: boolean;
  /** 0 guessed, 1 fairly sure, 2 sure. */
  sure: number;
  why: string;
  title: string;
  at: string;
}

export type Answers = Record<string, Answer>;
