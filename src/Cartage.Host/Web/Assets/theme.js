// Light or dark: what was chosen here, else what the system says. Runs before anything is drawn.
(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => document.documentElement.setAttribute('data-bs-theme', localStorage.getItem('theme') ?? (dark.matches ? 'dark' : 'light'));
    apply();
    dark.addEventListener('change', apply);
    addEventListener('storage', apply);
    addEventListener('click', e => {
        if (!e.target.closest('[data-theme-toggle]')) return;
        localStorage.setItem('theme', document.documentElement.getAttribute('data-bs-theme') === 'dark' ? 'light' : 'dark');
        apply();
        dispatchEvent(new Event('theme'));
    });
})();
