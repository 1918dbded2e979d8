// Draws every element with data-chart: {kind, unit, labels, values, tones, hrefs}. One theme for all, from the page's colours.
(() => {
    // As the page would draw them: a canvas knows no light-dark().
    const probe = document.body.appendChild(document.createElement('span')), pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const colour = name => {
        probe.style.color = `var(--tblr-${name})`;
        pen.fillStyle = getComputedStyle(probe).color;
        pen.fillRect(0, 0, 1, 1);
        return `rgb(${pen.getImageData(0, 0, 1, 1).data.slice(0, 3).join(',')})`;
    };
    const drawn = new Map();
    const draw = part => {
        const data = JSON.parse(part.dataset.chart);
        const oneDay = new Set(data.labels.map(x => x.slice(0, 10))).size === 1;
        const faint = colour('border-color'), text = colour('secondary');
        // A part of the page that came anew brings the element without what was drawn in it.
        if (!part.firstElementChild && drawn.has(part)) { drawn.get(part).dispose(); drawn.delete(part); }
        const chart = drawn.get(part) ?? echarts.init(part, null, { renderer: 'canvas' });
        drawn.set(part, chart);
        chart.setOption({
            animation: false,
            grid: { left: 8, right: 12, top: 30, bottom: 4, containLabel: true },
            tooltip: { trigger: 'axis', renderMode: 'richText', backgroundColor: colour('bg-surface'), borderColor: faint, textStyle: { color: colour('body-color') }, axisPointer: { type: 'shadow' } },
            xAxis: { type: 'category', data: data.labels, axisLine: { lineStyle: { color: faint } }, axisTick: { show: false }, axisLabel: { color: text, hideOverlap: true, formatter: x => oneDay ? x.slice(11, 16) : x.slice(0, 10) } },
            yAxis: { type: 'value', name: data.unit, nameTextStyle: { color: text, align: 'left' }, axisLabel: { color: text }, splitLine: { lineStyle: { color: faint } } },
            series: [{
                type: data.kind, name: data.unit, barMaxWidth: 18, showSymbol: data.values.length < 40, symbolSize: 6, lineStyle: { width: 2, color: colour('primary') },
                itemStyle: { borderRadius: 2, color: data.kind === 'line' ? colour('primary') : undefined },
                data: data.values.map((value, i) => data.kind === 'line' ? value : { value, itemStyle: { color: colour(data.tones[i]) } }),
            }],
        });
        chart.off('click');
        chart.on('click', e => { if (data.hrefs[e.dataIndex]) location.href = data.hrefs[e.dataIndex]; });
    };
    const all = () => {
        for (const [part, chart] of drawn) if (!part.isConnected) { chart.dispose(); drawn.delete(part); }
        for (const part of document.querySelectorAll('[data-chart]')) draw(part);
    };
    all();
    addEventListener('drawn', all);
    addEventListener('theme', all);
    addEventListener('resize', () => { for (const chart of drawn.values()) chart.resize(); });
})();
