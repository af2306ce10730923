// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/detailpane.h"

#include "model/format.h"
#include "view/chartgrid.h"
#include "view/elidedlabel.h"
#include "view/eventlist.h"
#include "view/outputview.h"
#include "view/shapelabel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QSplitter>
#include <QTabWidget>

using namespace Qt::StringLiterals;

namespace semper::dashboard {

DetailPane::DetailPane(ServerMirror *mirror, QWidget *parent)
    : QWidget(parent)
    , m_mirror(mirror)
    , m_shape(new ShapeLabel(this))
    , m_name(new QLabel(this))
    , m_facts(new ElidedLabel(this))
    , m_origin(new ElidedLabel(this))
    , m_splitter(new QSplitter(Qt::Horizontal, this))
    , m_tabs(new QTabWidget(this))
    , m_charts(new ChartGrid(this))
    , m_output(new OutputView(this))
    , m_events(new EventList(&mirror->events(), this))
{
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Output and events"));
    m_tabs->tabBar()->setAccessibleName(tr("Output and events"));
    m_tabs->addTab(m_output, tr("Output"));
    m_tabs->addTab(m_events, tr("Events"));
    m_splitter->addWidget(m_charts);
    m_splitter->addWidget(m_tabs);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(7);
    resetLayout();
    buildHeader();
    connect(&mirror->output(), &OutputStore::appended, this,
        [this](const ProcessId &id) { m_outputDirty = m_outputDirty || id == m_process; });
    show({});
}

void DetailPane::buildHeader()
{
    QFont bold = font();
    bold.setBold(true);
    bold.setPointSizeF(bold.pointSizeF() * 1.1);
    m_name->setFont(bold);
    m_name->setTextFormat(Qt::PlainText);
    m_origin->setForegroundRole(QPalette::PlaceholderText);
    m_origin->setAlignment(Qt::AlignRight);
    auto *first = new QHBoxLayout;
    first->setSpacing(8);
    first->addWidget(m_shape);
    first->addWidget(m_name);
    first->addWidget(m_facts, 3);
    first->addWidget(m_origin, 2);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    first->setContentsMargins(10, 7, 10, 7);
    layout->addLayout(first);
    layout->addWidget(m_splitter, 1);
}

void DetailPane::show(const ProcessId &process)
{
    const bool another = m_process != process;
    m_process = process;
    if (another)
        m_mirror->events().show(process);
    m_outputDirty = true;
    refresh();
}

void DetailPane::refresh()
{
    const ProcessRow *row = m_mirror->processes().find(m_process);
    const bool stale = m_mirror->processes().isStale();
    refreshHeader(row);
    m_splitter->setVisible(row != nullptr);
    m_charts->setHistory(row != nullptr ? row->history() : nullptr);
    m_charts->refresh(m_mirror->processes().displayTime(), stale);
    m_events->setStale(stale);
    m_output->setStale(stale);
    if (m_outputDirty && !m_mirror->processes().isPaused())
        refreshOutput();
}

QString DetailPane::headerText() const
{
    return u"%1 · %2"_s.arg(m_name->text(), m_facts->text());
}

QByteArray DetailPane::saveLayout() const
{
    return m_splitter->saveState();
}

bool DetailPane::restoreLayout(const QByteArray &layout)
{
    return m_splitter->restoreState(layout);
}

void DetailPane::resetLayout()
{
    m_splitter->setSizes({560, 440});
    m_splitter->setStretchFactor(0, 56);
    m_splitter->setStretchFactor(1, 44);
}

void DetailPane::refreshHeader(const ProcessRow *row)
{
    const bool stale = m_mirror->processes().isStale();
    if (row == nullptr) {
        m_shape->setSeverity(std::nullopt, false);
        m_name->setText({});
        m_facts->setText(tr("Select a process to see its numbers, events and output"));
        m_origin->setText({});
        return;
    }
    m_shape->setSeverity(row->intent() ? Severity::Starting : row->severity(), stale);
    m_name->setText(m_mirror->processes().displayName(row->id()));
    for (QWidget *label : {static_cast<QWidget *>(m_name), static_cast<QWidget *>(m_facts)})
        label->setForegroundRole(stale ? QPalette::PlaceholderText : QPalette::WindowText);
    m_facts->setText(stale ? tr("not up to date · %1").arg(facts(*row)) : facts(*row));
    m_origin->setText(origin(*row));
}

void DetailPane::refreshOutput()
{
    m_outputDirty = false;
    m_output->setBuffer(m_mirror->output().find(m_process));
    m_output->refresh();
}

QString DetailPane::facts(const ProcessRow &row) const
{
    const ProcessStatus &status = row.status();
    QStringList facts{row.stateText(ProcessRow::Clock::now())};
    if (!row.commandProblem().isEmpty())
        facts.append(row.commandProblem());
    if (const auto left = row.nextStartIn(); left && !m_mirror->processes().isStale())
        facts.append(row.isClearing() ? tr("ending what it left behind")
                                      : tr("next start %1").arg(format::countdown(*left)));
    if (status.critical)
        facts.append(tr("critical"));
    const QString why = status.explain();
    if (!why.isEmpty())
        facts.append(why);
    if (!status.status.isEmpty())
        facts.append(u"“%1”"_s.arg(status.status));
    if (status.restarts > 0)
        facts.append(tr("%n restart(s)", nullptr, status.restarts));
    if (row.isAlive() && status.loopLag)
        facts.append(tr("event loop lag %1 ms").arg(QLocale().toString(status.loopLag->count())));
    if (status.outdated)
        facts.append(tr("outdated: runs as before a reload"));
    if (status.standby > 0)
        facts.append(tr("%n in standby", nullptr, status.standby));
    if (status.lastExit) {
        const QString how = status.lastExit->describe();
        facts.append(how == why
                ? tr("last exit %1").arg(format::clock(status.lastExit->at))
                : tr("last exit %1, %2").arg(format::clock(status.lastExit->at), how));
    }
    return facts.join(u" · "_s);
}

QString DetailPane::origin(const ProcessRow &row) const
{
    const ProcessStatus &status = row.status();
    const QString what = status.className.isEmpty() ? status.command.join(u' ') : status.className;
    return status.service.isEmpty() ? what : tr("%1, service %2").arg(what, status.service);
}

} // namespace semper::dashboard
