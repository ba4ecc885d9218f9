// What is wrong with a page for somebody who reads it with other means: a list of sentences.
(() => {
  const wrong = [];
  const say = (element, words) => wrong.push(`${element.tagName.toLowerCase()} "${(element.textContent || "").trim().slice(0, 40)}": ${words}`);
  const all = (selector) => [...document.querySelectorAll(selector)];

  if (!document.documentElement.lang) wrong.push("the page has no language");
  if (!document.title.trim()) wrong.push("the page has no title");
  const ids = new Set();
  for (const element of all("[id]")) {
    if (ids.has(element.id)) say(element, `the id ${element.id} is there twice`);
    ids.add(element.id);
  }
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) say(heading, `a heading of level ${own} follows one of level ${level}`);
    level = own;
  }
  if (all("h1").length !== 1) wrong.push(`the page has ${all("h1").length} headings of level 1`);
  const name = (element) => (element.getAttribute("aria-label") || "").trim()
    || (element.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.textContent || "").join(" ").trim();
  // A picture within a label is named by the words beside it.
  const isNamed = (image) => (image.alt || "").trim() || image.closest("label")?.textContent.trim();
  for (const image of all("img")) if (!name(image) && !isNamed(image)) say(image, "a picture without a name");
  for (const svg of all("svg")) {
    if (!name(svg) && !(svg.querySelector(":scope > title")?.textContent || "").trim()) say(svg, "a drawing without a name");
  }
  for (const table of all("table")) {
    if (!name(table) && !table.querySelector(":scope > caption") && !table.querySelector("th")) say(table, "a table without a name or heads");
  }
  for (const link of all("a, button, summary")) {
    if (!name(link) && !link.textContent.trim()) say(link, "no text");
    const target = link.getAttribute("href");
    if (target && target.startsWith("#") && !document.getElementById(decodeURIComponent(target.slice(1)))) say(link, `there is no ${target}`);
  }
  for (const element of all("*")) {
    for (const attribute of ["src", "srcset", "poster", "data"]) {
      const value = element.getAttribute(attribute);
      if (value && !value.startsWith("data:")) say(element, `${attribute} loads ${value}`);
    }
  }
  // A page with controls has a script of its own; nothing comes from elsewhere.
  if (all("script").length && !all("[data-control]").length) wrong.push("the page has scripts, and nothing to move");
  for (const input of all("input, select")) if (!input.labels?.length) say(input, "a control without a label");
  if (all("script[src], link[rel=stylesheet], iframe, object, embed").length) wrong.push("the page has scripts or parts from elsewhere");

  // Contrast, after WCAG 2.1, of every text that can be seen.
  const numbers = (color) => (color.match(/[\d.]+/g) || []).map(Number);
  const light = (color) => {
    const [r, g, b] = color.slice(0, 3).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const over = (top, below) => {
    const alpha = top.length > 3 ? top[3] : 1;
    return [0, 1, 2].map((i) => top[i] * alpha + below[i] * (1 - alpha));
  };
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(numbers(getComputedStyle(at).backgroundColor));
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    return layers.reverse().reduce((below, top) => over(top, below), dark ? [18, 18, 18] : [255, 255, 255]);
  };
  // Within a drawing: the last opaque rectangle that lies below the middle of the text.
  const paper = (text) => {
    const box = text.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    let found = ground(text.ownerSVGElement);
    for (const rect of text.ownerSVGElement.querySelectorAll("rect")) {
      if (!(rect.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      const fill = getComputedStyle(rect).fill;
      const place = rect.getBoundingClientRect();
      if (fill !== "none" && x >= place.left && x <= place.right && y >= place.top && y <= place.bottom) found = over(numbers(fill), found);
    }
    return found;
  };
  for (const details of all("details")) details.open = true;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest("title, style, .skip, .anchor")) continue;
    const drawn = element instanceof SVGElement;
    const style = getComputedStyle(element);
    const below = drawn ? paper(element) : ground(element);
    const ink = over(numbers(drawn ? style.fill : style.color), below);
    const [a, b] = [light(ink), light(below)].sort((a, b) => b - a);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) say(element, `a contrast of ${ratio.toFixed(2)}`);
  }
  return [...new Set(wrong)];
})()
