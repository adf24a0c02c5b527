// Runs one scenario: its calls, one after the other. Gives back the outcome of each, and when it began.
async function run({ id, calls }) {
  const results = [];
  for (const call of calls) {
    if (results.length) await fetch(`/mark/${id}`, { mode: "no-cors" });
    const at = performance.now();
    results.push({ at, outcome: await (call.tag ? load(call) : call_fetch(call)) });
  }
  return results;
}

async function call_fetch({ url, init }) {
  try {
    const response = await fetch(url, init);
    if (response.type.startsWith("opaque")) return "opaque";
    await response.text();
    return `readable ${response.status}`;
  } catch {
    return "blocked";
  }
}

function load({ url, tag, crossorigin }) {
  return new Promise((done) => {
    const element = document.createElement(tag);
    element.onload = () => done("loaded");
    element.onerror = () => done("blocked");
    if (crossorigin !== null) element.crossOrigin = crossorigin;
    element.src = url;
    document.documentElement.append(element);
  });
}

// In the sandboxed frame: what the page asks for.
addEventListener("message", async ({ data, source }) => {
  if (data.calls) source.postMessage({ id: data.id, results: await run(data) }, "*");
});

function run_in_frame(scenario) {
  return new Promise((done) => {
    addEventListener("message", function listen({ data }) {
      if (data.id !== scenario.id || !data.results) return;
      removeEventListener("message", listen);
      done(data.results);
    });
    frames[0].postMessage(scenario, "*");
  });
}

// Runs scenarios, a few at a time.
async function run_all(scenarios, at_a_time) {
  const waiting = [...scenarios];
  const results = {};
  const work = async () => {
    for (let next; (next = waiting.shift()); ) {
      results[next.id] = await (next.sandboxed ? run_in_frame(next) : run(next));
    }
  };
  await Promise.all(Array.from({ length: at_a_time }, work));
  return results;
}
