// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/condition.h"

#include <QAbstractButton>
#include <QWidget>

#include <array>
#include <optional>

class QButtonGroup;

namespace semper::dashboard {

/// One chip for each condition with the number of processes in it; a click shows only those.
class ChipBar : public QWidget
{
    Q_OBJECT
public:
    explicit ChipBar(QWidget *parent = nullptr);

    void setCounts(const std::array<int, allConditions.size()> &counts);
    void setStale(bool stale);
    [[nodiscard]] std::optional<Condition> chosen() const;
    void choose(std::optional<Condition> condition);
    /// The chip of \a condition; of all for nothing.
    [[nodiscard]] QAbstractButton *chip(std::optional<Condition> condition) const;

Q_SIGNALS:
    void chosenChanged();

private:
    QButtonGroup *m_group;
};

} // namespace semper::dashboard
