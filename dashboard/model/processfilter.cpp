// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/processfilter.h"

#include <algorithm>

namespace semper::dashboard {

ProcessFilter::ProcessFilter(ProcessModel *model, QObject *parent)
    : QSortFilterProxyModel(parent)
    , m_model(model)
{
    setSortRole(ProcessModel::SortRole);
    setDynamicSortFilter(false);
    setSourceModel(model);
    sort(ProcessModel::State, Qt::AscendingOrder);
    connect(model, &ProcessModel::severitiesChanged, this, &ProcessFilter::refilter);
}

void ProcessFilter::setText(const QString &text)
{
    m_text = text.trimmed();
    invalidateFilter();
}

void ProcessFilter::setSeverity(std::optional<Severity> severity)
{
    m_severity = severity;
    invalidateFilter();
}

void ProcessFilter::refilter()
{
    if (m_severity || !m_text.isEmpty())
        invalidateFilter();
}

const ProcessRow &ProcessFilter::processRow(const QModelIndex &index) const
{
    return m_model->row(mapToSource(index).row());
}

bool ProcessFilter::filterAcceptsRow(int sourceRow, const QModelIndex &) const
{
    const ProcessRow &row = m_model->row(sourceRow);
    if (m_severity && row.severity() != *m_severity)
        return false;
    if (m_text.isEmpty())
        return true;
    const ProcessStatus &status = row.status();
    const auto matches
        = [this](const QString &text) { return text.contains(m_text, Qt::CaseInsensitive); };
    return matches(m_model->displayName(row.id())) || matches(status.service)
        || matches(status.className) || matches(conditionLabel(conditionOf(status)))
        || std::any_of(status.command.cbegin(), status.command.cend(), matches);
}

bool ProcessFilter::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    const QVariant a = left.data(ProcessModel::SortRole);
    const QVariant b = right.data(ProcessModel::SortRole);
    const QPartialOrdering order = QVariant::compare(a, b);
    if (order == QPartialOrdering::Less || order == QPartialOrdering::Greater)
        return order == QPartialOrdering::Less;
    // Equal ones stand by name in either direction, so that they never change places by chance.
    const ProcessId &first = m_model->row(left.row()).id();
    const ProcessId &second = m_model->row(right.row()).id();
    const int byName = first.name.compare(second.name);
    const bool less = byName != 0 ? byName < 0 : first.instance < second.instance;
    return sortOrder() == Qt::AscendingOrder ? less : !less;
}

} // namespace semper::dashboard
