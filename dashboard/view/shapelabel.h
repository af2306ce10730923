// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/condition.h"

#include <QWidget>

#include <optional>

namespace semper::dashboard {

/// The shape of a condition in its colour, or in grey where it is not up to date.
class ShapeLabel : public QWidget
{
    Q_OBJECT
public:
    explicit ShapeLabel(QWidget *parent = nullptr);

    /// Nothing: empty.
    void setCondition(std::optional<Condition> condition, bool stale);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::optional<Condition> m_condition;
    bool m_stale = false;
};

} // namespace semper::dashboard
