// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/serverpage.h"

#include "model/format.h"
#include "protocol/keys.h"
#include "view/chipbar.h"
#include "view/detailpane.h"
#include "view/messagebar.h"
#include "view/processtable.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper::dashboard {

namespace {

constexpr int fewRows = 50;

std::chrono::milliseconds since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
}

} // namespace

ServerPage::ServerPage(ServerMirror *mirror, QWidget *parent)
    : QWidget(parent)
    , m_mirror(mirror)
    , m_filter(&mirror->processes())
    , m_banner(new MessageBar(MessageBar::Tone::Trouble, tr("Reconnect now"), this))
    , m_hangBar(new MessageBar(MessageBar::Tone::Trouble, {}, this))
    , m_pauseBar(new MessageBar(MessageBar::Tone::Notice, tr("Resume"), this))
    , m_undoBar(new MessageBar(MessageBar::Tone::Notice, tr("Undo"), this))
    , m_chips(new ChipBar(this))
    , m_filterEdit(new QLineEdit(this))
    , m_table(new ProcessTable(&m_filter, this))
    , m_empty(new QWidget(m_table))
    , m_emptyText(new QLabel(m_empty))
    , m_clear(new QPushButton(tr("Clear"), m_empty))
    , m_detail(new DetailPane(mirror, this))
    , m_splitter(new QSplitter(Qt::Vertical, this))
{
    build();
    connectParts();
    resetLayout();
    refreshEmptiness();
}

void ServerPage::build()
{
    m_filterEdit->setPlaceholderText(tr("Filter processes (Ctrl+F)"));
    m_filterEdit->setAccessibleName(tr("Filter processes"));
    m_filterEdit->setClearButtonEnabled(true);
    m_filterEdit->setMinimumWidth(150);
    m_filterEdit->setMaximumWidth(320);
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(8, 6, 8, 6);
    bar->addWidget(m_chips, 3);
    bar->addWidget(m_filterEdit, 1);
    m_emptyText->setTextFormat(Qt::PlainText);
    m_clear->setAccessibleName(tr("Clear the filter"));
    auto *empty = new QHBoxLayout(m_empty);
    empty->addStretch();
    empty->addWidget(m_emptyText);
    empty->addWidget(m_clear);
    empty->addStretch();
    auto *over = new QVBoxLayout(m_table->viewport());
    over->addWidget(m_empty);
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(m_detail);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(7);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_banner);
    layout->addWidget(m_hangBar);
    layout->addWidget(m_pauseBar);
    layout->addLayout(bar);
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_undoBar);
}

void ServerPage::connectParts()
{
    connect(m_filterEdit, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_filter.setText(text);
        refreshEmptiness();
    });
    connect(m_chips, &ChipBar::chosenChanged, this, [this] {
        m_filter.setSeverity(m_chips->chosen());
        refreshEmptiness();
    });
    connect(m_clear, &QPushButton::clicked, this, &ServerPage::clearFilter);
    connect(m_table, &ProcessTable::currentProcessChanged, this, [this] {
        if (const ProcessId process = m_table->currentProcess(); !process.name.isEmpty())
            m_detail->show(process);
    });
    connect(&m_mirror->processes(), &ProcessModel::severitiesChanged, this, [this] {
        m_chips->setCounts(m_mirror->processes().severityCounts());
        refreshEmptiness();
    });
    connect(m_mirror, &ServerMirror::snapshotTaken, this, &ServerPage::takeSnapshot);
    connect(m_mirror, &ServerMirror::connectionChanged, this, [this] {
        m_chips->setStale(m_mirror->processes().isStale());
        refreshBanner();
        m_detail->refresh();
    });
    connect(m_banner->button(), &QPushButton::clicked, this, [this] {
        if (m_mirror->watch() != nullptr)
            m_mirror->watch()->reconnect();
    });
    connect(m_splitter, &QSplitter::splitterMoved, this, [this] { m_ownSplit = true; });
    connect(&m_mirror->processes(), &ProcessModel::rowsInserted, this, &ServerPage::fitSplit);
    connect(&m_mirror->processes(), &ProcessModel::rowsRemoved, this, &ServerPage::fitSplit);
    connect(m_pauseBar->button(), &QPushButton::clicked, this, &ServerPage::resumeWanted);
    connect(
        m_undoBar->button(), &QPushButton::clicked, &m_mirror->commands(), &ProcessCommands::undo);
    connect(
        &m_mirror->commands(), &ProcessCommands::undoableChanged, this, &ServerPage::refreshUndo);
    connect(&m_flushTimer, &QTimer::timeout, this, &ServerPage::flush);
    connect(&m_tickTimer, &QTimer::timeout, this, &ServerPage::tick);
}

void ServerPage::setPaused(bool paused)
{
    ProcessModel &processes = m_mirror->processes();
    processes.setPaused(paused);
    processes.holdDisplayTime(paused || processes.isStale());
    m_pausedSince = std::chrono::steady_clock::now();
    refreshBanner();
    tick();
}

void ServerPage::clearFilter()
{
    m_filterEdit->clear();
    m_chips->choose(std::nullopt);
    m_table->setFocus();
}

void ServerPage::saveLayout(QSettings &settings) const
{
    settings.setValue("table"_L1, m_table->saveLayout());
    settings.setValue("split"_L1, m_ownSplit ? m_splitter->saveState() : QByteArray());
    settings.setValue("detail"_L1, m_detail->saveLayout());
}

void ServerPage::restoreLayout(const QSettings &settings)
{
    m_table->restoreLayout(settings.value("table"_L1).toByteArray());
    const QByteArray split = settings.value("split"_L1).toByteArray();
    m_ownSplit = !split.isEmpty() && m_splitter->restoreState(split);
    m_detail->restoreLayout(settings.value("detail"_L1).toByteArray());
}

void ServerPage::resetLayout()
{
    m_table->resetLayout();
    m_ownSplit = false;
    fitSplit();
    m_detail->resetLayout();
}

void ServerPage::fitSplit()
{
    if (m_ownSplit)
        return;
    constexpr int spareRows = 2;
    const int all = std::max(0, m_splitter->height() - m_splitter->handleWidth());
    const int rows = m_mirror->processes().rowCount() + spareRows;
    const int needed = m_table->horizontalHeader()->height()
        + rows * m_table->verticalHeader()->defaultSectionSize();
    const int table = std::clamp(needed, all * 3 / 10, all / 2);
    m_splitter->setSizes({table, all - table});
}

void ServerPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    layout()->activate(); // the splitter's new height
    fitSplit();
}

void ServerPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_tickTimer.start(1s);
    m_flushTimer.start(m_mirror->processes().rowCount() > fewRows ? 250ms : 100ms);
    tick();
}

void ServerPage::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_tickTimer.stop();
    m_flushTimer.stop();
}

void ServerPage::flush()
{
    if (!window()->isMinimized())
        m_mirror->processes().flush();
}

void ServerPage::tick()
{
    Q_EMIT secondPassed();
    if (window()->isMinimized())
        return;
    m_mirror->processes().tick();
    m_mirror->processes().flush();
    if (!m_mirror->processes().isStale() && !m_mirror->processes().isPaused())
        m_table->resort();
    m_detail->refresh();
    refreshBanner();
    refreshUndo();
}

void ServerPage::refreshBanner()
{
    const bool paused = m_mirror->processes().isPaused();
    if (m_mirror->processes().isStale())
        m_banner->tell(lossText(),
            tr("Not up to date: the connection to %1 is lost").arg(m_mirror->serverName()));
    else
        m_banner->hide();
    const ServerWatch *watch = m_mirror->watch();
    if (watch && !m_mirror->processes().isStale()
        && watch->server().value(keys::serviceLoop)[keys::hungMs].isDouble())
        m_hangBar->tell(tr("The services do not answer: a handler blocks their event loop. "
                           "Processes are supervised all the same."),
            tr("The services do not answer"));
    else
        m_hangBar->hide();
    if (paused)
        m_pauseBar->tell(
            tr("Paused %1 ago. Numbers, charts, output and order hold still; states go on.")
                .arg(format::duration(since(m_pausedSince))),
            tr("Paused"));
    else
        m_pauseBar->hide();
}

void ServerPage::refreshUndo()
{
    const ProcessIds &processes = m_mirror->commands().undoable();
    if (processes.isEmpty()) {
        m_undoBar->hide();
        return;
    }
    const QString what = processes.size() == 1
        ? tr("%1 is told to stop.").arg(m_mirror->processes().displayName(processes.first()))
        : tr("%n process(es) are told to stop.", nullptr, int(processes.size()));
    const auto left = std::chrono::ceil<std::chrono::seconds>(m_mirror->commands().undoTimeLeft());
    m_undoBar->tell(tr("%1 Undo starts again; possible for %2.").arg(what, format::duration(left)),
        tr("%1 Undo is possible.").arg(what));
}

void ServerPage::refreshEmptiness()
{
    const bool none = m_mirror->processes().rowCount() == 0;
    m_empty->setVisible(none || m_filter.rowCount() == 0);
    m_clear->setVisible(!none);
    if (none)
        m_emptyText->setText(tr("This server has no processes."));
    else if (!m_filter.text().isEmpty())
        m_emptyText->setText(tr("No process matches ‘%1’.").arg(m_filter.text()));
    else if (const auto severity = m_filter.severity())
        m_emptyText->setText(tr("No process is in severity ‘%1’.").arg(severityName(*severity)));
}

void ServerPage::takeSnapshot()
{
    m_flushTimer.setInterval(m_mirror->processes().rowCount() > fewRows ? 250ms : 100ms);
    m_table->resort();
    if (!m_table->currentIndex().isValid() && m_filter.rowCount() > 0)
        m_table->selectProcess(m_filter.processRow(m_filter.index(0, 0)).id());
    m_chips->setCounts(m_mirror->processes().severityCounts());
    refreshEmptiness();
    refreshBanner();
}

QString ServerPage::lossText() const
{
    const ServerWatch *watch = m_mirror->watch();
    const QString age = format::duration(watch->age());
    if (watch->state() == ServerWatch::State::Silent)
        return tr("%1 does not answer: what you see is %2 old.").arg(m_mirror->serverName(), age);
    const auto next = watch->nextAttemptIn();
    const QString trying
        = next > 500ms ? tr("Trying again %1.").arg(format::countdown(next)) : tr("Trying again…");
    return tr("Connection to %1 lost: what you see is %2 old. %3")
        .arg(m_mirror->serverName(), age, trying);
}

} // namespace semper::dashboard
