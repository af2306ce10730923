// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/servermirror.h"

#include <QWidget>

class QLabel;
class QSplitter;
class QTabWidget;

namespace semper::dashboard {

class ChartGrid;
class ElidedLabel;
class EventList;
class OutputView;
class ShapeLabel;

/// One process from near: what it is and why, its numbers over time, its events and its output.
class DetailPane : public QWidget
{
    Q_OBJECT
public:
    explicit DetailPane(ServerMirror *mirror, QWidget *parent = nullptr);

    /// A process without a name: none.
    void show(const ProcessId &process);
    [[nodiscard]] const ProcessId &process() const { return m_process; }
    /// Brings header and charts up to date; the table's clock calls it.
    void refresh();
    [[nodiscard]] QString headerText() const;

    [[nodiscard]] ChartGrid *charts() const { return m_charts; }
    [[nodiscard]] OutputView *output() const { return m_output; }
    [[nodiscard]] EventList *events() const { return m_events; }
    [[nodiscard]] QByteArray saveLayout() const;
    bool restoreLayout(const QByteArray &layout);
    void resetLayout();

private:
    void buildHeader();
    void refreshHeader(const ProcessRow *row);
    void refreshOutput();
    [[nodiscard]] QString facts(const ProcessRow &row) const;
    [[nodiscard]] QString origin(const ProcessRow &row) const;

    ServerMirror *m_mirror;
    ProcessId m_process;
    ShapeLabel *m_shape;
    QLabel *m_name;
    ElidedLabel *m_facts;
    ElidedLabel *m_origin;
    QSplitter *m_splitter;
    QTabWidget *m_tabs;
    ChartGrid *m_charts;
    OutputView *m_output;
    EventList *m_events;
    bool m_outputDirty = false;
};

} // namespace semper::dashboard
