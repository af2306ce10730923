// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/processmodel.h"

#include <QSortFilterProxyModel>

#include <optional>

namespace semper::dashboard {

/// The order and selection of what the table shows. Sorts when it is told to, not whenever a
/// number changes: rows that jump get the wrong process the signal.
class ProcessFilter : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit ProcessFilter(ProcessModel *model, QObject *parent = nullptr);

    /// Case does not matter; looks at name, service, class, command and state.
    void setText(const QString &text);
    [[nodiscard]] const QString &text() const { return m_text; }
    /// Nothing: all severities.
    void setSeverity(std::optional<Severity> severity);
    [[nodiscard]] std::optional<Severity> severity() const { return m_severity; }

    /// Sorts again by the column that the person chose.
    void resort() { sort(sortColumn(), sortOrder()); }
    /// States moved: filters again, if that can make a difference.
    void refilter();

    [[nodiscard]] const ProcessRow &processRow(const QModelIndex &index) const;
    [[nodiscard]] const ProcessModel &processes() const { return *m_model; }

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    [[nodiscard]] bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    ProcessModel *m_model;
    QString m_text;
    std::optional<Severity> m_severity;
};

} // namespace semper::dashboard
