// What page and node answer with. A part is a function that makes jobs by name; a job is
//   run(n)     does the work once, may be asynchronous; the n-th time, for jobs whose pictures take turns
//   finish()   makes sure that it is done, after the last run of a sample; optional
//   units      how many units of work a run is, 1 if absent
//   output()   what the last run made, an array of numbers

/** @param parts - By name; each gets what `open` was given and resolves to its jobs. */
export function answering(parts) {
  const jobs = new Map();
  const job = (name) => {
    const found = jobs.get(name);
    if (found === undefined) throw new Error(`there is no job ${name}`);
    return found;
  };
  const timed = async (name, times) => {
    const { run, finish, units = 1 } = job(name);
    const begin = performance.now();
    for (let count = 0; count < times; count++) await run(count);
    await finish?.();
    return (performance.now() - begin) / 1000 / units;
  };
  const commands = {
    /** Makes a part's jobs. */
    async open(part, input) {
      for (const [name, made] of Object.entries(await parts[part](input))) jobs.set(name, made);
      return {};
    },
    /** The seconds that so many runs take. */
    time: async (name, times) => ({ seconds: await timed(name, times) }),
    /** How far apart the outputs of two jobs are, after a run of the same number. */
    async compare(one, other) {
      const outputs = [];
      for (const name of [one, other]) {
        await job(name).run(0);
        outputs.push(await job(name).output());
      }
      return distance(...outputs);
    },
  };
  return async ([command, ...args]) => {
    try {
      return await commands[command](...args);
    } catch (error) {
      return { error: String(error) };
    }
  };
}

function distance(a, b) {
  if (a.length !== b.length) return { error: `outputs have ${a.length} and ${b.length} numbers` };
  let [largest, sum] = [0, 0];
  for (let at = 0; at < a.length; at++) {
    const apart = Math.abs(a[at] - b[at]);
    // What is not a number is far away.
    largest = apart <= largest ? largest : apart;
    sum += apart;
  }
  return { largest, mean: sum / a.length };
}
