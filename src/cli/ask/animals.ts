import type { Entities } from "./entities.ts";

/** Questions of the table that comes with the command. */
const questions = {
  mammal: "Is it a mammal?",
  bird: "Is it a bird?",
  flies: "Can it fly?",
  water: "Does it spend most of its life in or on water?",
  eggs: "Does it lay eggs?",
  meat: "Does it eat other animals?",
  plants: "Does it eat plants?",
  huge: "Is it heavier than a grown person?",
  small: "Is it smaller than a cat?",
  four: "Does it walk on four legs?",
  pattern: "Does it have stripes or spots?",
  blackWhite: "Is it black and white?",
  pet: "Do people keep it at home as a pet?",
  farm: "Is it kept on farms?",
  ridden: "Do people ride on it?",
  africa: "Does it live in the wild in Africa?",
  cold: "Does it live among ice and snow?",
  horns: "Does it have horns, antlers or tusks?",
  night: "Is it mostly awake at night?",
  groups: "Does it live in herds, packs, flocks or swarms?",
  fur: "Does it have fur or hair?",
  scales: "Does it have scales?",
  venom: "Can its bite, sting or skin poison you?",
  climbs: "Does it live in or climb trees?",
  burrow: "Does it dig a burrow or a den?",
  long: "Is it known for a long neck, nose or ears?",
};

type Key = keyof typeof questions;

/** What holds of each; a question mark before what may or may not. */
const animals: Record<string, string> = {
  lion: "mammal meat huge four africa groups fur ?night ?climbs",
  tiger: "mammal meat huge four pattern fur night ?climbs ?water",
  zebra: "mammal plants huge four pattern blackWhite africa groups fur",
  giraffe: "mammal plants huge four pattern africa groups fur long ?horns",
  elephant: "mammal plants huge four africa groups horns long ?ridden ?fur",
  hippopotamus: "mammal plants huge four africa water groups ?night ?horns",
  "polar bear": "mammal meat huge four cold fur burrow ?water",
  "giant panda": "mammal plants huge four blackWhite fur climbs ?pattern",
  kangaroo: "mammal plants groups fur ?huge ?night ?long",
  chimpanzee: "mammal plants meat africa groups fur climbs ?four ?huge",
  otter: "mammal meat water four fur burrow ?groups",
  wolf: "mammal meat four groups fur burrow ?cold ?night",
  fox: "mammal meat four fur burrow night ?plants ?cold ?africa",
  rabbit: "mammal plants small four pet farm groups fur burrow long",
  mouse: "mammal plants small four fur burrow night ?pet ?meat ?groups",
  hedgehog: "mammal meat small four night ?pet ?burrow ?africa ?fur",
  bat: "mammal small flies meat fur night groups ?plants ?africa ?climbs",
  dog: "mammal meat four pet fur ?huge ?pattern ?groups ?plants",
  cat: "mammal meat four pet fur climbs ?pattern ?night",
  horse: "mammal plants huge four farm ridden groups fur",
  cow: "mammal plants huge four farm groups horns fur ?pattern ?blackWhite",
  sheep: "mammal plants four farm groups fur ?horns",
  pig: "mammal plants meat huge four farm ?fur ?groups",
  camel: "mammal plants huge four farm ridden africa groups fur ?long",
  dolphin: "mammal meat water huge groups ?africa",
  "blue whale": "mammal meat water huge ?cold ?groups",
  penguin: "bird eggs meat water blackWhite cold groups ?africa ?small ?burrow",
  owl: "bird eggs meat flies night climbs ?small ?africa ?cold",
  eagle: "bird eggs meat flies climbs ?africa ?cold",
  chicken: "bird eggs plants small farm groups ?meat ?flies ?pet",
  duck: "bird eggs plants flies water farm groups ?small ?meat",
  parrot: "bird eggs plants small flies pet climbs groups ?africa",
  ostrich: "bird eggs plants huge africa groups long ?farm ?ridden ?blackWhite",
  crocodile: "eggs meat water huge four africa scales ?groups",
  snake: "eggs meat scales ?small ?africa ?venom ?pattern ?pet ?climbs ?burrow ?night",
  turtle: "eggs plants water four scales ?small ?pet ?meat ?africa ?huge",
  frog: "eggs meat water small four ?pattern ?venom ?night ?africa ?climbs",
  shark: "meat water huge scales ?eggs ?africa ?groups",
  goldfish: "eggs plants water small pet scales groups ?meat",
  bee: "eggs plants small flies farm groups pattern venom ?africa ?fur",
  spider: "eggs meat small africa venom ?pattern ?pet ?night ?burrow ?climbs",
  butterfly: "eggs plants small flies pattern ?africa",
};

/** 42 animals by 26 questions, to try the command with. */
export function builtInAnimals(): Entities {
  const keys = Object.keys(questions) as Key[];
  const labels = Object.keys(animals);
  return {
    name: "animals that come with surprisal",
    entity: "animal",
    labels,
    queries: keys.map((key) => questions[key]),
    values: labels.map((label) => {
      const words = new Set(animals[label].split(" "));
      return keys.map((key) => (words.has(key) ? true : words.has(`?${key}`) ? null : false));
    }),
    notes: [],
  };
}
