// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/severity.h"

#include <QAbstractButton>
#include <QWidget>

#include <array>
#include <optional>

class QButtonGroup;

namespace semper::dashboard {

/// One chip for each severity with the number of processes in it; a click shows only those.
class ChipBar : public QWidget
{
    Q_OBJECT
public:
    explicit ChipBar(QWidget *parent = nullptr);

    void setCounts(const std::array<int, allSeverities.size()> &counts);
    void setStale(bool stale);
    [[nodiscard]] std::optional<Severity> chosen() const;
    void choose(std::optional<Severity> severity);
    /// The chip of \a severity; of all for nothing.
    [[nodiscard]] QAbstractButton *chip(std::optional<Severity> severity) const;

Q_SIGNALS:
    void chosenChanged();

private:
    QButtonGroup *m_group;
};

} // namespace semper::dashboard
