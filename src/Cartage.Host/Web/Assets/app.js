// What pages do beyond plain links and forms. Everything works without it, but stands still.
(() => {
    // One stream for all of a browser's pages: whoever holds the lock listens and tells the others.
    const news = new BroadcastChannel('cartage');
    let quiet, leaving = false;
    const wake = run => {
        if (leaving) return;
        for (const part of document.querySelectorAll('[data-live]'))
            if (part.dataset.live && (part.dataset.live === 'any' || part.dataset.live === run || run === null))
                part.dispatchEvent(new Event('live'));
        // The last event of a burst may come while a part is being fetched: look once more when it is quiet.
        clearTimeout(quiet);
        if (run !== null) quiet = setTimeout(() => wake(null), 1500);
    };
    let listening = false;
    const listen = () => {
        listening = true;
        const stream = new EventSource('/api/events');
        let isNew = true;
        stream.addEventListener('run', e => {
            const run = JSON.parse(e.data).run;
            news.postMessage(run);
            wake(run);
        });
        stream.addEventListener('error', () => { isNew = true; });
        // From the first beat on nothing is missed; what happened between a page's drawing and it is looked at once.
        stream.addEventListener('beat', () => {
            document.documentElement.dataset.stream = 'open';
            if (!isNew) return;
            isNew = false;
            news.postMessage(null);
            wake(null);
        });
    };
    news.addEventListener('message', e => wake(e.data));
    if (document.querySelector('.page-wrapper')) {
        if (navigator.locks) navigator.locks.request('cartage-stream', () => { listen(); return new Promise(() => {}); });
        else listen();
        setTimeout(() => { if (!listening) wake(null); }, 250);
    }

    addEventListener('click', e => {
        const toggle = e.target.closest('[data-toggle]');
        if (toggle) {
            const open = document.querySelector(toggle.dataset.toggle).classList.toggle('show');
            toggle.setAttribute('aria-expanded', open);
        }
        const asks = e.target.closest('[data-confirm]');
        if (asks && !confirm(asks.dataset.confirm)) e.preventDefault();
        const copies = e.target.closest('[data-copy]');
        if (copies) navigator.clipboard?.writeText(document.querySelector(copies.dataset.copy).textContent.trim());
        // A row that leads somewhere can be clicked anywhere, but not instead of its own links.
        const row = e.target.closest('.rows-link tr');
        if (row && !e.target.closest('a, button, input, label') && !getSelection().toString()) row.querySelector('a')?.click();
    });
    addEventListener('change', e => {
        if (e.target.matches('[data-submit]')) e.target.form.requestSubmit();
        if (e.target.matches('[data-all]')) for (const box of document.querySelectorAll(e.target.dataset.all)) box.checked = e.target.checked;
        count();
    });
    // A second press while the first is on its way would ask twice.
    addEventListener('submit', e => {
        if (e.defaultPrevented || e.target.method !== 'post') return;
        const button = e.submitter;
        leaving = true; // whoever signs out has no right to what would be fetched now
        setTimeout(() => { if (button) button.disabled = true; });
        setTimeout(() => { leaving = false; if (button) button.disabled = false; }, 3000);
    });
    // A query can take a while: leaving the page, or Cancel, stops it on the server too.
    addEventListener('keydown', e => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && e.target.matches('[data-run-keys]')) { e.preventDefault(); e.target.form.requestSubmit(); } });
    addEventListener('submit', e => {
        const stop = e.target.querySelector?.('[data-stop]');
        if (!stop || e.submitter?.hasAttribute('formaction')) return;
        stop.hidden = false;
        stop.onclick = () => { window.stop(); stop.hidden = true; };
    });
    addEventListener('pageshow', () => { for (const stop of document.querySelectorAll('[data-stop]')) stop.hidden = true; });
    const count = () => {
        for (const say of document.querySelectorAll('[data-count]')) {
            const n = document.querySelectorAll(`${say.dataset.count}:checked`).length;
            say.textContent = n === 0 ? say.dataset.none : `${n} ${n === 1 ? say.dataset.one : say.dataset.many}`;
            say.closest('form')?.querySelectorAll('[data-needs-some]').forEach(x => { x.disabled = n === 0; });
        }
    };

    // Ages go on while a page is open.
    const ago = at => {
        const s = Math.abs(Date.now() - at) / 1000;
        const text = s < 5 ? null : s < 90 ? `${Math.floor(s)} seconds` : s < 5400 ? `${Math.floor(s / 60)} minutes` : s < 129600 ? `${Math.round(s / 3600)} hours` : `${Math.round(s / 86400)} days`;
        return text === null ? 'just now' : at <= Date.now() ? `${text} ago` : `in ${text}`;
    };
    setInterval(() => { for (const at of document.querySelectorAll('time[data-ago]')) at.textContent = ago(Date.parse(at.dateTime)); }, 5000);

    // On a phone a row stands as a card, each value under its column's name; it is a table all the same to who hears it.
    const dress = () => {
        for (const table of document.querySelectorAll('table'))
            table.setAttribute('aria-label', (table.closest('.card')?.querySelector('.card-title') ?? document.querySelector('h1')).textContent.trim());
        for (const table of document.querySelectorAll('.table-responsive:not(.rows-view) > table:has(thead)')) {
            const names = [...table.querySelectorAll('thead th')].map(x => x.textContent.trim()).map(x => x.charAt(0).toUpperCase() + x.slice(1));
            table.classList.add('stack');
            for (const [role, part] of [['table', [table]], ['rowgroup', table.querySelectorAll('thead, tbody')], ['row', table.querySelectorAll('tr')], ['columnheader', table.querySelectorAll('th')], ['cell', table.querySelectorAll('td')]])
                for (const x of part) x.setAttribute('role', role);
            for (const row of table.querySelectorAll('tbody tr'))
                [...row.cells].forEach((cell, i) => {
                    cell.dataset.label = names[i] ?? '';
                    cell.classList.toggle('blank', !cell.textContent.trim() && !cell.querySelector('svg, button'));
                });
        }
    };

    // A log that was at its end stays there.
    const follow = () => { for (const log of document.querySelectorAll('[data-follow]')) if (log.dataset.away !== 'yes') log.scrollTop = log.scrollHeight; };
    addEventListener('scroll', e => { if (e.target.matches?.('[data-follow]')) e.target.dataset.away = e.target.scrollHeight - e.target.scrollTop - e.target.clientHeight > 40 ? 'yes' : 'no'; }, true);
    document.addEventListener('htmx:after:swap', () => { dress(); follow(); count(); dispatchEvent(new Event('drawn')); });
    dress();
    follow();
    count();
})();
