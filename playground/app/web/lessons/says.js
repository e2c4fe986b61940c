// The words of the card itself, by the language that a lesson is told in.

const ENGLISH = {
  name: 'English',
  lessons: 'All lessons',
  close: 'Close',
  of: (/** @type {number} */ n, /** @type {number} */ m) => `Question ${n} of ${m}`,
  sure: 'How sure are you?',
  degrees: ['a guess', 'fairly', 'sure'],
  commit: 'Commit',
  skip: 'Skip, show me',
  again: 'Set the stage again',
  yours: 'your guess',
  hit: 'Right.',
  miss: 'Not so.',
  shown: 'Shown.',
  why: 'Why is that? One sentence of your own:',
  compare: 'Compare with ours',
  ours: 'Ours:',
  back: 'Back',
  next: 'Next question',
  end: 'See how you did',
  checked: 'Every claim here is checked against the model on the stage.',
  choose: 'Number',
};

/** @type {typeof ENGLISH} */
const GERMAN = {
  name: 'Deutsch',
  lessons: 'Alle Lektionen',
  close: 'Schließen',
  of: (n, m) => `Frage ${n} von ${m}`,
  sure: 'Wie sicher sind Sie?',
  degrees: ['geraten', 'ziemlich', 'sicher'],
  commit: 'Festlegen',
  skip: 'Gleich zeigen',
  again: 'Bühne neu einrichten',
  yours: 'Ihr Tipp',
  hit: 'Richtig.',
  miss: 'Nein.',
  shown: 'Gezeigt.',
  why: 'Warum ist das so? Ein eigener Satz:',
  compare: 'Mit unserem vergleichen',
  ours: 'Unserer:',
  back: 'Zurück',
  next: 'Nächste Frage',
  end: 'Zum Ergebnis',
  checked: 'Jede Behauptung hier wird am Modell auf der Bühne geprüft.',
  choose: 'Zahl',
};

/** @param {string} language */
export const says = (language) => (language === 'de' ? GERMAN : ENGLISH);
