// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/processtable.h"

#include "view/processdelegate.h"

#include <QGuiApplication>
#include <QHeaderView>
#include <QProxyStyle>
#include <QScrollBar>
#include <QStyleOption>

#include <algorithm>

namespace semper::dashboard {

namespace {

constexpr int fixedRowHeight = 26;
constexpr int headerHeight = 28;
constexpr int narrowestEvent = 150;

/// Gives the header's texts the margin that the cells below them have.
class HeaderStyle : public QProxyStyle
{
public:
    int pixelMetric(
        PixelMetric metric, const QStyleOption *option, const QWidget *widget) const override
    {
        return metric == PM_HeaderMargin ? ProcessDelegate::margin
                                         : QProxyStyle::pixelMetric(metric, option, widget);
    }

    void drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
        const QWidget *widget) const override
    {
        const auto *header = qstyleoption_cast<const QStyleOptionHeader *>(option);
        if (element != PE_IndicatorHeaderArrow || header == nullptr || widget == nullptr) {
            QProxyStyle::drawPrimitive(element, option, painter, widget);
            return;
        }
        QStyleOptionHeader centred = *header; // the style would hang it from the margin
        centred.rect.moveTop((widget->height() - centred.rect.height()) / 2 + 1);
        QProxyStyle::drawPrimitive(element, &centred, painter, widget);
    }
};

/// The least that a column needs, for a font as wide as the one this was drawn with.
int leastWidth(ProcessModel::Column column)
{
    switch (column) {
    case ProcessModel::State:
    case ProcessModel::Name:
        return 118;
    case ProcessModel::Trend:
        return 90;
    case ProcessModel::Cpu:
        return 66;
    case ProcessModel::Memory:
        return 80;
    case ProcessModel::Restarts:
        return 70;
    case ProcessModel::Uptime:
        return 94;
    case ProcessModel::Pid:
        return 66;
    case ProcessModel::NextStart:
        return 82;
    case ProcessModel::LastEvent:
        return narrowestEvent;
    }
    Q_UNREACHABLE();
}

} // namespace

ProcessTable::ProcessTable(ProcessFilter *filter, QWidget *parent)
    : QTableView(parent)
    , m_filter(filter)
{
    setModel(filter);
    setItemDelegate(new ProcessDelegate(filter, this));
    setAccessibleName(tr("Processes"));
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setCornerButtonEnabled(false);
    setFrameShape(NoFrame);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setHorizontalScrollMode(ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(fixedRowHeight);
    QHeaderView *header = horizontalHeader();
    header->setAccessibleName(tr("Columns of the table of processes"));
    auto *style = new HeaderStyle;
    style->setParent(header);
    header->setStyle(style);
    header->setSectionResizeMode(QHeaderView::Interactive);
    header->setStretchLastSection(true);
    header->setHighlightSections(false);
    header->setSectionsMovable(true);
    header->setFixedHeight(headerHeight);
    header->setMinimumSectionSize(36);
    setSortingEnabled(true);
    sortByColumn(ProcessModel::State, Qt::AscendingOrder);
    connect(header, &QHeaderView::sectionResized, this,
        [this] { m_ownWidths = m_ownWidths || QGuiApplication::mouseButtons() != Qt::NoButton; });
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        &ProcessTable::currentProcessChanged);
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this,
        &ProcessTable::selectionMoved);
    fitColumns();
}

ProcessIds ProcessTable::selectedProcesses() const
{
    QModelIndexList rows = selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    ProcessIds processes;
    for (const QModelIndex &row : rows)
        processes.append(m_filter->processRow(row).id());
    return processes;
}

ProcessId ProcessTable::currentProcess() const
{
    return currentIndex().isValid() ? m_filter->processRow(currentIndex()).id() : ProcessId();
}

void ProcessTable::selectProcess(const ProcessId &id)
{
    const QModelIndex index = m_filter->mapFromSource(m_filter->processes().indexOf(id));
    if (index.isValid())
        selectionModel()->setCurrentIndex(
            index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

void ProcessTable::resort()
{
    if (!m_held && !m_pressed)
        m_filter->resort();
}

QByteArray ProcessTable::saveLayout() const
{
    return m_ownWidths ? horizontalHeader()->saveState() : QByteArray();
}

bool ProcessTable::restoreLayout(const QByteArray &layout)
{
    m_ownWidths = !layout.isEmpty() && horizontalHeader()->restoreState(layout);
    return m_ownWidths;
}

void ProcessTable::resetLayout()
{
    m_ownWidths = false;
    for (int column = 0; column < ProcessModel::columns; ++column)
        horizontalHeader()->moveSection(horizontalHeader()->visualIndex(column), column);
    sortByColumn(ProcessModel::State, Qt::AscendingOrder);
    fitColumns();
}

QString ProcessTable::selectionAsText() const
{
    QString text;
    const ProcessIds selected = selectedProcesses();
    for (const ProcessId &id : selected) {
        const int row = m_filter->processes().indexOf(id).row();
        QStringList cells;
        for (int column = 0; column < ProcessModel::columns; ++column)
            if (column != ProcessModel::Trend)
                cells.append(m_filter->processes().index(row, column).data().toString());
        text += cells.join(u'\t') + u'\n';
    }
    return text;
}

void ProcessTable::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    if (!m_ownWidths)
        fitColumns();
}

void ProcessTable::mousePressEvent(QMouseEvent *event)
{
    m_pressed = true;
    QTableView::mousePressEvent(event);
}

void ProcessTable::mouseReleaseEvent(QMouseEvent *event)
{
    m_pressed = false;
    QTableView::mouseReleaseEvent(event);
}

void ProcessTable::keyboardSearch(const QString &search)
{
    if (search.trimmed().isEmpty())
        return; // space pauses the display
    const QModelIndex start
        = m_filter->index(std::max(0, currentIndex().row()), ProcessModel::Name);
    const QModelIndexList found
        = m_filter->match(start, Qt::DisplayRole, search, 1, Qt::MatchStartsWith | Qt::MatchWrap);
    if (!found.isEmpty())
        selectProcess(m_filter->processRow(found.first()).id());
}

void ProcessTable::fitColumns()
{
    int least = 0;
    for (int column = 0; column < ProcessModel::columns; ++column)
        least += leastWidth(ProcessModel::Column(column));
    const int spare = std::max(0, viewport()->width() - least);
    const double scale = double(fontMetrics().height()) / 15.0;
    for (int column = 0; column < ProcessModel::LastEvent; ++column) {
        int width = leastWidth(ProcessModel::Column(column));
        if (column == ProcessModel::Name)
            width += std::min(spare / 4, 160);
        else if (column == ProcessModel::Trend)
            width += std::min(spare / 5, 160);
        else
            width += std::min(spare / 40, 24);
        setColumnWidth(column, int(width * std::clamp(scale, 1.0, 3.0)));
    }
}

} // namespace semper::dashboard
