'use strict';
// What scrolls sideways can be reached by the keyboard.
function letKeysScroll() {
  for (const box of document.querySelectorAll('pre, .cell_output, .cell_output table, .live, .formula')) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
}

// Figures that can be turned or pointed at take the place of their stills.
function bringToLife() {
  for (const box of document.querySelectorAll('.live')) {
    const { data, layout } = JSON.parse(box.querySelector('script').textContent);
    const figure = document.createElement('div');
    // Narrower, its menus and names would lie over each other; the box around it scrolls.
    figure.style.minWidth = '600px';
    Plotly.newPlot(figure, data, layout, { responsive: true, displaylogo: false }).then(() =>
      box.replaceChildren(figure),
    );
  }
}

addEventListener('DOMContentLoaded', () => {
  letKeysScroll();
  if (!document.querySelector('.live')) return;
  const script = document.createElement('script');
  script.src = new URL('_static/plotly.min.js', location.href).href;
  script.onload = bringToLife;
  document.head.append(script);
});
addEventListener('resize', letKeysScroll);
