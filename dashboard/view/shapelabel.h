// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/severity.h"

#include <QWidget>

#include <optional>

namespace semper::dashboard {

/// The shape of a severity in its colour, or in grey where it is not up to date.
class ShapeLabel : public QWidget
{
    Q_OBJECT
public:
    explicit ShapeLabel(QWidget *parent = nullptr);

    /// Nothing: empty.
    void setSeverity(std::optional<Severity> severity, bool stale);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::optional<Severity> m_severity;
    bool m_stale = false;
};

} // namespace semper::dashboard
